"""What several modules hold in part: functions that add the same resources to each."""
