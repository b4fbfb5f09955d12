"""Gaps of moto's AWS Backup."""

import pytest
from botocore.exceptions import ClientError

PLAN = {
    "BackupPlanName": "plan",
    "Rules": [{"RuleName": "daily", "TargetBackupVaultName": "vault"}],
}
SELECTION = {
    "SelectionName": "databases",
    "IamRoleArn": "arn:aws:iam::123456789012:role/backup",
    "Resources": ["arn:aws:rds:us-east-1:123456789012:cluster:payments"],
}


@pytest.fixture
def backup(aws):
    """Return a client of AWS Backup."""
    return aws.boto3_client("backup")


@pytest.fixture
def plan(backup):
    """Return the id of a plan."""
    return backup.create_backup_plan(BackupPlan=PLAN)["BackupPlanId"]


@pytest.mark.gap("backup.names_of_deleted_plans")
def test_the_name_of_a_deleted_plan_is_free(backup, plan):
    """A plan can be made again after its deletion."""
    backup.delete_backup_plan(BackupPlanId=plan)

    again = backup.create_backup_plan(BackupPlan=PLAN)["BackupPlanId"]

    listed = backup.list_backup_plans()["BackupPlansList"]
    assert [each["BackupPlanId"] for each in listed] == [again]


@pytest.mark.usefixtures("plan")
def test_the_name_of_a_plan_is_taken(backup):
    """While it exists, its name is not free."""
    with pytest.raises(ClientError, match="AlreadyExists"):
        backup.create_backup_plan(BackupPlan=PLAN)


@pytest.mark.gap("backup.selections")
def test_a_selection_is_kept(backup, plan):
    """It is read and listed as it was given."""
    created = backup.create_backup_selection(BackupPlanId=plan, BackupSelection=SELECTION)

    read = backup.get_backup_selection(BackupPlanId=plan, SelectionId=created["SelectionId"])
    assert read["BackupSelection"] == SELECTION
    assert read["BackupPlanId"] == plan
    (listed,) = backup.list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"]
    assert listed["SelectionName"] == "databases"
    assert listed["SelectionId"] == created["SelectionId"]
    assert listed["CreationDate"] == created["CreationDate"]


@pytest.mark.gap("backup.selections")
def test_a_selection_can_go(backup, plan):
    """After its deletion it is not found, which is no HTTP 500."""
    selection = backup.create_backup_selection(BackupPlanId=plan, BackupSelection=SELECTION)
    named = {"BackupPlanId": plan, "SelectionId": selection["SelectionId"]}

    backup.delete_backup_selection(**named)

    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_backup_selection(**named)
    assert backup.list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"] == []


@pytest.mark.gap("backup.selections")
def test_a_selection_needs_a_plan(backup):
    """The plan is looked up."""
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.create_backup_selection(BackupPlanId="none", BackupSelection=SELECTION)
