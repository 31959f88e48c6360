package simaws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func imageHandlers() handlers {
	h := handlers{}
	writes(h, registerImage)
	writes(h, deregisterImage)
	reads(h, describeImages)
	reads(h, describeImageAttribute)
	writes(h, modifyImageAttribute)
	return h
}

func (r *request) image(id *string) (thing, []string, error) {
	key := thing{"image", r.region, aws.ToString(id)}
	list, ok := r.shared.lists[key]
	if !ok {
		return key, nil, ec2Error("InvalidAMIID.NotFound", "The image id '["+key.name+"]' does not exist")
	}
	return key, list, nil
}

func registerImage(r *request, _ *ec2.RegisterImageInput) (*ec2.RegisterImageOutput, error) {
	id := r.newID("ami-%017x")
	r.shared.lists[thing{"image", r.region, id}] = nil
	return &ec2.RegisterImageOutput{ImageId: aws.String(id)}, nil
}

func deregisterImage(r *request, in *ec2.DeregisterImageInput) (*ec2.DeregisterImageOutput, error) {
	key, _, err := r.image(in.ImageId)
	if err != nil {
		return nil, err
	}
	delete(r.shared.lists, key)
	return &ec2.DeregisterImageOutput{}, nil
}

func describeImages(r *request, in *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
	if len(in.ImageIds) == 0 {
		return nil, ec2Error("InvalidParameterValue", "the simulated account lists images by id only")
	}
	out := &ec2.DescribeImagesOutput{}
	for _, id := range in.ImageIds {
		if _, _, err := r.image(&id); err != nil {
			return nil, err
		}
		out.Images = append(out.Images, types.Image{ImageId: aws.String(id), OwnerId: aws.String(r.account)})
	}
	return out, nil
}

func describeImageAttribute(r *request, in *ec2.DescribeImageAttributeInput) (*ec2.DescribeImageAttributeOutput, error) {
	_, list, err := r.image(in.ImageId)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeImageAttributeOutput{ImageId: in.ImageId}
	for _, who := range list {
		out.LaunchPermissions = append(out.LaunchPermissions, launchPermission(who))
	}
	return out, nil
}

// launchPermission reads back what granteeOf wrote.
func launchPermission(who string) types.LaunchPermission {
	kind, name := who[:1], who[1:]
	switch kind {
	case "g":
		return types.LaunchPermission{Group: types.PermissionGroup(name)}
	case "o":
		return types.LaunchPermission{OrganizationArn: aws.String(name)}
	case "u":
		return types.LaunchPermission{OrganizationalUnitArn: aws.String(name)}
	}
	return types.LaunchPermission{UserId: aws.String(name)}
}

func granteeOf(p types.LaunchPermission) string {
	switch {
	case p.Group != "":
		return "g" + string(p.Group)
	case p.OrganizationArn != nil:
		return "o" + *p.OrganizationArn
	case p.OrganizationalUnitArn != nil:
		return "u" + *p.OrganizationalUnitArn
	}
	return "a" + aws.ToString(p.UserId)
}

func modifyImageAttribute(r *request, in *ec2.ModifyImageAttributeInput) (*ec2.ModifyImageAttributeOutput, error) {
	key, list, err := r.image(in.ImageId)
	if err != nil {
		return nil, err
	}
	if in.LaunchPermission == nil {
		return nil, ec2Error("InvalidParameterValue", "the simulated account changes launch permissions only")
	}
	var add, remove []string
	for _, p := range in.LaunchPermission.Add {
		add = append(add, granteeOf(p))
	}
	for _, p := range in.LaunchPermission.Remove {
		remove = append(remove, granteeOf(p))
	}
	r.shared.lists[key] = changed(list, add, remove)
	return &ec2.ModifyImageAttributeOutput{}, nil
}
