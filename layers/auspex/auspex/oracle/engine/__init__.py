"""Pure numbers: numpy, no clock, no input or output; the seed is an argument."""
