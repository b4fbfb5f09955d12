"""Systems: root modules, and the projects and environments they belong to."""
