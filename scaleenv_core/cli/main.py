"""``python -m scaleenv_core.cli.main``: the command line without its script."""

from scaleenv_core.cli import main

if __name__ == "__main__":
    main()
