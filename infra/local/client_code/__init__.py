"""How the typed client is made of the OpenAPI document: names, types, models, resources, problems."""
