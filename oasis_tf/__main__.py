"""python -m oasis_tf VERB"""

from oasis_tf.cli.app import main

main()
