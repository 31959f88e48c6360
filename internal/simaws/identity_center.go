package simaws

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"
)

// accountAssignment is what IAM Identity Center gives somebody in an account. It is comparable.
type accountAssignment struct {
	instance, set, account, principal string
	kind                              types.PrincipalType
}

func identityCenterHandlers() handlers {
	h := handlers{}
	reads(h, listAccountAssignments)
	writes(h, createAccountAssignment)
	writes(h, deleteAccountAssignment)
	return h
}

func listAccountAssignments(r *request, in *ssoadmin.ListAccountAssignmentsInput) (*ssoadmin.ListAccountAssignmentsOutput, error) {
	var all []types.AccountAssignment
	for _, a := range r.assignments {
		if a.instance == *in.InstanceArn && a.set == *in.PermissionSetArn && a.account == *in.AccountId {
			all = append(all, types.AccountAssignment{
				AccountId: aws.String(a.account), PermissionSetArn: aws.String(a.set), PrincipalId: aws.String(a.principal), PrincipalType: a.kind,
			})
		}
	}
	assignments, next := page(r, all, in.NextToken)
	return &ssoadmin.ListAccountAssignmentsOutput{AccountAssignments: assignments, NextToken: next}, nil
}

func createAccountAssignment(r *request, in *ssoadmin.CreateAccountAssignmentInput) (*ssoadmin.CreateAccountAssignmentOutput, error) {
	a := accountAssignment{*in.InstanceArn, *in.PermissionSetArn, *in.TargetId, *in.PrincipalId, in.PrincipalType}
	if !slices.Contains(r.assignments, a) {
		r.assignments = append(slices.Clone(r.assignments), a)
	}
	return &ssoadmin.CreateAccountAssignmentOutput{
		AccountAssignmentCreationStatus: &types.AccountAssignmentOperationStatus{Status: types.StatusValuesSucceeded},
	}, nil
}

func deleteAccountAssignment(r *request, in *ssoadmin.DeleteAccountAssignmentInput) (*ssoadmin.DeleteAccountAssignmentOutput, error) {
	a := accountAssignment{*in.InstanceArn, *in.PermissionSetArn, *in.TargetId, *in.PrincipalId, in.PrincipalType}
	n := slices.Index(r.assignments, a)
	if n < 0 {
		return nil, &types.ResourceNotFoundException{Message: aws.String("Account assignment not found")}
	}
	r.assignments = slices.Delete(slices.Clone(r.assignments), n, n+1)
	return &ssoadmin.DeleteAccountAssignmentOutput{
		AccountAssignmentDeletionStatus: &types.AccountAssignmentOperationStatus{Status: types.StatusValuesSucceeded},
	}, nil
}
