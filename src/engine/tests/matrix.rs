//! Every fault at every call of every plan, every line that cannot be written, and undo from every point.
