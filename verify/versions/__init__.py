"""Two versions of a protocol: who is treated differently after an amendment."""
