"""`python -m ctn.cli`, the same as `ctn`."""

from ctn.cli import main

if __name__ == "__main__":
    main()
