"""The stages of a run, one file each: read the world, call hooks, write the world."""
