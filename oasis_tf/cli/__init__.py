"""The verbs of the command line, one file each: parse, call, print.

TensorFlow is imported inside the functions, so that --help is fast.
"""
