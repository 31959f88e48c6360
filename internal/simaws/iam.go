package simaws

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/detect"
)

// holder returns a user, a role or a group, or the error that IAM gives.
func (r *request) holder(kind detect.ResourceType, name *string) (*principal, error) {
	if p, ok := r.principals[principalKey{kind, aws.ToString(name)}]; ok {
		return p, nil
	}
	return nil, noSuchEntity("The %s with name %s cannot be found.", strings.ToLower(string(kind)), aws.ToString(name))
}

// changeable is holder for calls that a service-linked role refuses.
func (r *request) changeable(kind detect.ResourceType, name *string) (*principal, error) {
	p, err := r.holder(kind, name)
	if err == nil && strings.HasPrefix(p.path, "/aws-service-role/") {
		return nil, &types.UnmodifiableEntityException{Message: aws.String(
			"Cannot perform the operation on the protected role '" + aws.ToString(name) + "'")}
	}
	return p, err
}

func (r *request) principalARN(kind detect.ResourceType, path, name string) *string {
	return aws.String("arn:aws:iam::" + r.account + ":" + strings.ToLower(string(kind)) + path + name)
}

func noSuchEntity(format string, args ...any) error {
	return &types.NoSuchEntityException{Message: aws.String(fmt.Sprintf(format, args...))}
}

func exists(format string, args ...any) error {
	return &types.EntityAlreadyExistsException{Message: aws.String(fmt.Sprintf(format, args...))}
}

func limited(format string, args ...any) error {
	return &types.LimitExceededException{Message: aws.String(fmt.Sprintf(format, args...))}
}

// wellFormed refuses what is no JSON object, as IAM does. It knows nothing else of the policy language.
func wellFormed(document *string) error {
	var object map[string]any
	if json.Unmarshal([]byte(aws.ToString(document)), &object) != nil {
		return &types.MalformedPolicyDocumentException{Message: aws.String("Syntax errors in policy.")}
	}
	return nil
}

// encoded returns a document as IAM answers with it: percent-encoded.
func encoded(document string) *string {
	return aws.String(strings.ReplaceAll(url.QueryEscape(document), "+", "%20"))
}
