"""The data sets that can be named in a config, one file each.

Each module holds `DATA_SET`, a `DataSetInfo`. To add a data set, add a file here; nothing else has
to be edited. A program of your own calls `oasis_tf.data.register` instead. The modules import
TensorFlow in their openers only.
"""
