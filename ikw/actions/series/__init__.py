"""What series are made of: rows, money, tasks, files."""
