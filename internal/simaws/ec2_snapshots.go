package simaws

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func snapshotHandlers() handlers {
	h := handlers{}
	writes(h, createVolume)
	writes(h, createSnapshot)
	writes(h, deleteSnapshot)
	reads(h, describeSnapshotAttribute)
	writes(h, modifySnapshotAttribute)
	return h
}

func (r *request) snapshot(id *string) (thing, []string, error) {
	key := thing{"snapshot", r.region, aws.ToString(id)}
	list, ok := r.shared.lists[key]
	if !ok {
		return key, nil, ec2Error("InvalidSnapshot.NotFound", "The snapshot '"+key.name+"' does not exist.")
	}
	return key, list, nil
}

func createVolume(r *request, _ *ec2.CreateVolumeInput) (*ec2.CreateVolumeOutput, error) {
	return &ec2.CreateVolumeOutput{VolumeId: aws.String(r.newID("vol-%017x"))}, nil
}

func createSnapshot(r *request, in *ec2.CreateSnapshotInput) (*ec2.CreateSnapshotOutput, error) {
	id := r.newID("snap-%017x")
	r.shared.lists[thing{"snapshot", r.region, id}] = nil
	return &ec2.CreateSnapshotOutput{SnapshotId: aws.String(id), VolumeId: in.VolumeId}, nil
}

func deleteSnapshot(r *request, in *ec2.DeleteSnapshotInput) (*ec2.DeleteSnapshotOutput, error) {
	key, _, err := r.snapshot(in.SnapshotId)
	if err != nil {
		return nil, err
	}
	delete(r.shared.lists, key)
	return &ec2.DeleteSnapshotOutput{}, nil
}

func describeSnapshotAttribute(r *request, in *ec2.DescribeSnapshotAttributeInput) (*ec2.DescribeSnapshotAttributeOutput, error) {
	_, list, err := r.snapshot(in.SnapshotId)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeSnapshotAttributeOutput{SnapshotId: in.SnapshotId}
	for _, who := range list {
		p := types.CreateVolumePermission{UserId: aws.String(who)}
		if who == "all" {
			p = types.CreateVolumePermission{Group: types.PermissionGroupAll}
		}
		out.CreateVolumePermissions = append(out.CreateVolumePermissions, p)
	}
	return out, nil
}

// modifySnapshotAttribute takes a change as a kind of operation on a list, which is the form that moto knows.
func modifySnapshotAttribute(r *request, in *ec2.ModifySnapshotAttributeInput) (*ec2.ModifySnapshotAttributeOutput, error) {
	key, list, err := r.snapshot(in.SnapshotId)
	if err != nil {
		return nil, err
	}
	who := slices.Concat(in.GroupNames, in.UserIds)
	switch {
	case in.CreateVolumePermission != nil:
		return nil, ec2Error("InvalidParameterValue", "the simulated account takes an operation on groups and users only")
	case in.OperationType == types.OperationTypeAdd && r.shared.settings[named{r.region, snapshotBlock}] != "" && slices.Contains(who, "all"):
		return nil, ec2Error("OperationNotPermitted", "You can't publicly share this snapshot: public sharing is blocked")
	case in.OperationType == types.OperationTypeAdd:
		list = changed(list, who, nil)
	default:
		list = changed(list, nil, who)
	}
	r.shared.lists[key] = list
	return &ec2.ModifySnapshotAttributeOutput{}, nil
}
