"""The sections of the report that tell of a simulation, from the folder that it left."""
