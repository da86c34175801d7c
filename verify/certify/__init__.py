"""Every obligation as a file that another solver can prove again."""
