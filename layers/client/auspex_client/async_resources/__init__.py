"""Operations by resource; written by `make openapi`."""
