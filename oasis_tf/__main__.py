"""python -m oasis_tf VERB"""

from oasis_tf.cli import main

main()
