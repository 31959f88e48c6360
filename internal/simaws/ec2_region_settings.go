package simaws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// Settings of EC2 for a region; "" is off.
const (
	ebsEncryption = "encryption of EBS volumes by default"
	serialConsole = "serial console"
	snapshotBlock = "block of public snapshots"
	imageBlock    = "block of public images"
)

func regionSettingHandlers() handlers {
	h := handlers{}
	reads(h, getEBSEncryptionByDefault)
	writes(h, enableEBSEncryptionByDefault)
	writes(h, disableEBSEncryptionByDefault)
	reads(h, getSerialConsoleAccessStatus)
	writes(h, enableSerialConsoleAccess)
	writes(h, disableSerialConsoleAccess)
	reads(h, getSnapshotBlock)
	writes(h, enableSnapshotBlock)
	writes(h, disableSnapshotBlock)
	reads(h, getImageBlock)
	writes(h, enableImageBlock)
	writes(h, disableImageBlock)
	return h
}

func (r *request) setting(name string) string { return r.shared.settings[named{r.region, name}] }

func (r *request) set(name, value string) { r.shared.settings[named{r.region, name}] = value }

func getEBSEncryptionByDefault(r *request, _ *ec2.GetEbsEncryptionByDefaultInput) (*ec2.GetEbsEncryptionByDefaultOutput, error) {
	return &ec2.GetEbsEncryptionByDefaultOutput{EbsEncryptionByDefault: aws.Bool(r.setting(ebsEncryption) != "")}, nil
}

func enableEBSEncryptionByDefault(r *request, _ *ec2.EnableEbsEncryptionByDefaultInput) (*ec2.EnableEbsEncryptionByDefaultOutput, error) {
	r.set(ebsEncryption, "on")
	return &ec2.EnableEbsEncryptionByDefaultOutput{EbsEncryptionByDefault: aws.Bool(true)}, nil
}

func disableEBSEncryptionByDefault(r *request, _ *ec2.DisableEbsEncryptionByDefaultInput) (*ec2.DisableEbsEncryptionByDefaultOutput, error) {
	r.set(ebsEncryption, "")
	return &ec2.DisableEbsEncryptionByDefaultOutput{EbsEncryptionByDefault: aws.Bool(false)}, nil
}

func getSerialConsoleAccessStatus(r *request, _ *ec2.GetSerialConsoleAccessStatusInput) (*ec2.GetSerialConsoleAccessStatusOutput, error) {
	return &ec2.GetSerialConsoleAccessStatusOutput{SerialConsoleAccessEnabled: aws.Bool(r.setting(serialConsole) != "")}, nil
}

func enableSerialConsoleAccess(r *request, _ *ec2.EnableSerialConsoleAccessInput) (*ec2.EnableSerialConsoleAccessOutput, error) {
	r.set(serialConsole, "on")
	return &ec2.EnableSerialConsoleAccessOutput{SerialConsoleAccessEnabled: aws.Bool(true)}, nil
}

func disableSerialConsoleAccess(r *request, _ *ec2.DisableSerialConsoleAccessInput) (*ec2.DisableSerialConsoleAccessOutput, error) {
	r.set(serialConsole, "")
	return &ec2.DisableSerialConsoleAccessOutput{SerialConsoleAccessEnabled: aws.Bool(false)}, nil
}

func getSnapshotBlock(r *request, _ *ec2.GetSnapshotBlockPublicAccessStateInput) (*ec2.GetSnapshotBlockPublicAccessStateOutput, error) {
	state := types.SnapshotBlockPublicAccessState(r.setting(snapshotBlock))
	if state == "" {
		state = types.SnapshotBlockPublicAccessStateUnblocked
	}
	return &ec2.GetSnapshotBlockPublicAccessStateOutput{State: state}, nil
}

func enableSnapshotBlock(r *request, in *ec2.EnableSnapshotBlockPublicAccessInput) (*ec2.EnableSnapshotBlockPublicAccessOutput, error) {
	r.set(snapshotBlock, string(in.State))
	return &ec2.EnableSnapshotBlockPublicAccessOutput{State: in.State}, nil
}

func disableSnapshotBlock(r *request, _ *ec2.DisableSnapshotBlockPublicAccessInput) (*ec2.DisableSnapshotBlockPublicAccessOutput, error) {
	r.set(snapshotBlock, "")
	return &ec2.DisableSnapshotBlockPublicAccessOutput{State: types.SnapshotBlockPublicAccessStateUnblocked}, nil
}

func getImageBlock(r *request, _ *ec2.GetImageBlockPublicAccessStateInput) (*ec2.GetImageBlockPublicAccessStateOutput, error) {
	state := r.setting(imageBlock)
	if state == "" {
		state = "unblocked"
	}
	return &ec2.GetImageBlockPublicAccessStateOutput{ImageBlockPublicAccessState: aws.String(state)}, nil
}

func enableImageBlock(r *request, in *ec2.EnableImageBlockPublicAccessInput) (*ec2.EnableImageBlockPublicAccessOutput, error) {
	r.set(imageBlock, string(in.ImageBlockPublicAccessState))
	return &ec2.EnableImageBlockPublicAccessOutput{ImageBlockPublicAccessState: in.ImageBlockPublicAccessState}, nil
}

func disableImageBlock(r *request, _ *ec2.DisableImageBlockPublicAccessInput) (*ec2.DisableImageBlockPublicAccessOutput, error) {
	r.set(imageBlock, "")
	return &ec2.DisableImageBlockPublicAccessOutput{
		ImageBlockPublicAccessState: types.ImageBlockPublicAccessDisabledStateUnblocked,
	}, nil
}
