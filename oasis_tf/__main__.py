"""python -m oasis_tf VERB"""

import sys

try:
    from oasis_tf.cli.app import main

    main()
except KeyboardInterrupt:  # during that import: the verbs say it themselves
    print("Interrupted.", file=sys.stderr)
    sys.exit(130)
