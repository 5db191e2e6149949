"""`python -m pilotgraph`: the command line where the script is not on the path."""

from pilotgraph.cli import main

if __name__ == "__main__":
    main(prog_name="pilotgraph")
