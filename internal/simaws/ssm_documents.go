package simaws

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

func documentHandlers() handlers {
	h := handlers{}
	writes(h, createDocument)
	writes(h, deleteDocument)
	reads(h, describeDocumentPermission)
	writes(h, modifyDocumentPermission)
	return h
}

func (r *request) document(name *string) (thing, []string, error) {
	key := thing{"document", r.region, aws.ToString(name)}
	list, ok := r.shared.lists[key]
	if !ok {
		return key, nil, &types.InvalidDocument{Message: aws.String("Document with name " + key.name + " does not exist.")}
	}
	return key, list, nil
}

func createDocument(r *request, in *ssm.CreateDocumentInput) (*ssm.CreateDocumentOutput, error) {
	r.shared.lists[thing{"document", r.region, *in.Name}] = nil
	return &ssm.CreateDocumentOutput{}, nil
}

func deleteDocument(r *request, in *ssm.DeleteDocumentInput) (*ssm.DeleteDocumentOutput, error) {
	key, list, err := r.document(in.Name)
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		return nil, &types.InvalidDocumentOperation{Message: aws.String("Must unshare document first before delete")}
	}
	delete(r.shared.lists, key)
	return &ssm.DeleteDocumentOutput{}, nil
}

func describeDocumentPermission(r *request, in *ssm.DescribeDocumentPermissionInput) (*ssm.DescribeDocumentPermissionOutput, error) {
	_, list, err := r.document(in.Name)
	if err != nil {
		return nil, err
	}
	ids, next := page(r, list, in.NextToken)
	return &ssm.DescribeDocumentPermissionOutput{AccountIds: ids, NextToken: next}, nil
}

// modifyDocumentPermission shares with everyone or with accounts: one puts an end to the other.
func modifyDocumentPermission(r *request, in *ssm.ModifyDocumentPermissionInput) (*ssm.ModifyDocumentPermissionOutput, error) {
	key, list, err := r.document(in.Name)
	if err != nil {
		return nil, err
	}
	switch {
	case slices.Contains(in.AccountIdsToAdd, "all") || slices.Contains(in.AccountIdsToRemove, "all"):
		list = nil
	case len(in.AccountIdsToAdd) > 0:
		list = changed(list, nil, []string{"all"})
	}
	r.shared.lists[key] = changed(list, in.AccountIdsToAdd, in.AccountIdsToRemove)
	return &ssm.ModifyDocumentPermissionOutput{}, nil
}
