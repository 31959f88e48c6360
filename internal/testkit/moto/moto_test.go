package moto

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

func TestStart(t *testing.T) {
	s := Start(t)
	api := iam.NewFromConfig(s.Config())
	if _, err := api.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("bob")}); err != nil {
		t.Fatal(err)
	}
	s.Reset(t)
	out, err := api.ListUsers(t.Context(), &iam.ListUsersInput{})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Users) != 0 {
		t.Errorf("after Reset the account has %d users, want none", len(out.Users))
	}
}
