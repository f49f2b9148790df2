"""python -m export VERB"""

import sys

if __name__ == "__main__":  # fresh processes import this file too
    try:
        from oasis_tf.cli.export.app import main

        main()
    except KeyboardInterrupt:  # during that import; the verbs handle their own
        print("Interrupted.", file=sys.stderr)
        sys.exit(130)
