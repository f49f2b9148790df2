"""python -m export VERB"""

from oasis_tf.cli.export.app import main

if __name__ == "__main__":  # fresh processes import this file too
    main()
