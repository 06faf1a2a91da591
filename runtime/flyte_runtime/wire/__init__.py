"""What tasks, apps and environments become on the wire: the flyteidl2 messages a backend reads."""
