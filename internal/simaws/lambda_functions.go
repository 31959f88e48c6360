package simaws

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"riposte/pkg/detect"
)

func functionHandlers() handlers {
	h := handlers{}
	writes(h, createFunction)
	writes(h, deleteFunction)
	reads(h, getFunctionConcurrency)
	reads(h, getFunctionPolicy)
	writes(h, addFunctionPermission)
	writes(h, removeFunctionPermission)
	writes(h, createFunctionURL)
	reads(h, getFunctionURL)
	writes(h, updateFunctionURL)
	writes(h, deleteFunctionURL)
	return h
}

func noFunction(what string) error {
	return &types.ResourceNotFoundException{Message: aws.String(what + " not found")}
}

// function returns where the statements of a function, or of a version or alias of it, are kept, each a text.
func (r *request) function(name, qualifier *string) (thing, []string, error) {
	key := thing{"function", r.region, aws.ToString(name)}
	list, ok := r.shared.lists[key]
	if !ok {
		return key, nil, noFunction("Function " + key.name)
	}
	if q := aws.ToString(qualifier); q != "" {
		key.name += ":" + q
		list = r.shared.lists[key]
	}
	return key, list, nil
}

func createFunction(r *request, in *lambda.CreateFunctionInput) (*lambda.CreateFunctionOutput, error) {
	r.shared.lists[thing{"function", r.region, *in.FunctionName}] = nil
	return &lambda.CreateFunctionOutput{FunctionName: in.FunctionName}, nil
}

func deleteFunction(r *request, in *lambda.DeleteFunctionInput) (*lambda.DeleteFunctionOutput, error) {
	key, _, err := r.function(in.FunctionName, nil)
	if err != nil {
		return nil, err
	}
	belongs := func(t thing) bool {
		return t == key || t.kind == key.kind && t.region == key.region && strings.HasPrefix(t.name, key.name+":")
	}
	maps.DeleteFunc(r.shared.lists, func(t thing, _ []string) bool { return belongs(t) })
	maps.DeleteFunc(r.shared.urls, func(t thing, _ string) bool { return belongs(t) })
	return &lambda.DeleteFunctionOutput{}, nil
}

func getFunctionConcurrency(r *request, in *lambda.GetFunctionConcurrencyInput) (*lambda.GetFunctionConcurrencyOutput, error) {
	if _, _, err := r.function(in.FunctionName, nil); err != nil {
		return nil, err
	}
	return &lambda.GetFunctionConcurrencyOutput{}, nil
}

func getFunctionPolicy(r *request, in *lambda.GetPolicyInput) (*lambda.GetPolicyOutput, error) {
	_, list, err := r.function(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, noFunction("The resource you requested: policy")
	}
	return &lambda.GetPolicyOutput{
		Policy: aws.String(`{"Version":"2012-10-17","Id":"default","Statement":[` + strings.Join(list, ",") + `]}`),
	}, nil
}

// sidOf returns the id of a statement.
func sidOf(statement string) string {
	var s struct{ Sid string }
	_ = json.Unmarshal([]byte(statement), &s) // the account wrote it itself
	return s.Sid
}

func addFunctionPermission(r *request, in *lambda.AddPermissionInput) (*lambda.AddPermissionOutput, error) {
	key, list, err := r.function(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(list, func(s string) bool { return sidOf(s) == *in.StatementId }) {
		return nil, &types.ResourceConflictException{Message: aws.String("The statement id (" + *in.StatementId + ") provided already exists.")}
	}
	s := map[string]any{
		"Sid": *in.StatementId, "Effect": "Allow", "Action": *in.Action, "Principal": any(*in.Principal),
		"Resource": fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s", r.region, r.account, key.name),
	}
	switch {
	case strings.HasSuffix(*in.Principal, ".amazonaws.com"):
		s["Principal"] = map[string]string{"Service": *in.Principal}
	case strings.HasSuffix(*in.Principal, ":root"):
		s["Principal"] = map[string]string{"AWS": *in.Principal}
	}
	if c := conditionOf(in); len(c) > 0 {
		s["Condition"] = c
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	r.shared.lists[key] = append(slices.Clone(list), string(raw))
	return &lambda.AddPermissionOutput{Statement: aws.String(string(raw))}, nil
}

// conditionOf returns the condition that Lambda writes for a permission.
func conditionOf(in *lambda.AddPermissionInput) map[string]map[string]string {
	condition := map[string]map[string]string{}
	add := func(operator, key string, value *string) {
		if value == nil {
			return
		}
		if condition[operator] == nil {
			condition[operator] = map[string]string{}
		}
		condition[operator][key] = *value
	}
	add("ArnLike", "AWS:SourceArn", in.SourceArn)
	add("StringEquals", "AWS:SourceAccount", in.SourceAccount)
	add("StringEquals", "aws:PrincipalOrgID", in.PrincipalOrgID)
	add("StringEquals", "lambda:EventSourceToken", in.EventSourceToken)
	add("StringEquals", "lambda:FunctionUrlAuthType", given(string(in.FunctionUrlAuthType)))
	if in.InvokedViaFunctionUrl != nil {
		add("Bool", "lambda:InvokedViaFunctionUrl", aws.String(strconv.FormatBool(*in.InvokedViaFunctionUrl)))
	}
	return condition
}

func removeFunctionPermission(r *request, in *lambda.RemovePermissionInput) (*lambda.RemovePermissionOutput, error) {
	key, list, err := r.function(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	rest := slices.DeleteFunc(slices.Clone(list), func(s string) bool { return sidOf(s) == *in.StatementId })
	if len(rest) == len(list) {
		return nil, noFunction("Statement " + detect.Text(*in.StatementId))
	}
	r.shared.lists[key] = rest
	if len(rest) == 0 && aws.ToString(in.Qualifier) != "" {
		delete(r.shared.lists, key) // as it was before the first
	}
	return &lambda.RemovePermissionOutput{}, nil
}

// functionURL returns where a function's URL is kept.
func (r *request) functionURL(name, qualifier *string) (thing, string, error) {
	key, _, err := r.function(name, qualifier)
	if err != nil {
		return key, "", err
	}
	auth, ok := r.shared.urls[key]
	if !ok {
		return key, "", noFunction("The resource you requested: URL")
	}
	return key, auth, nil
}

func createFunctionURL(r *request, in *lambda.CreateFunctionUrlConfigInput) (*lambda.CreateFunctionUrlConfigOutput, error) {
	key, _, err := r.function(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	r.shared.urls[key] = string(in.AuthType)
	return &lambda.CreateFunctionUrlConfigOutput{AuthType: in.AuthType}, nil
}

func getFunctionURL(r *request, in *lambda.GetFunctionUrlConfigInput) (*lambda.GetFunctionUrlConfigOutput, error) {
	_, auth, err := r.functionURL(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return &lambda.GetFunctionUrlConfigOutput{AuthType: types.FunctionUrlAuthType(auth)}, nil
}

func updateFunctionURL(r *request, in *lambda.UpdateFunctionUrlConfigInput) (*lambda.UpdateFunctionUrlConfigOutput, error) {
	key, auth, err := r.functionURL(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if in.AuthType != "" {
		auth = string(in.AuthType)
	}
	r.shared.urls[key] = auth
	return &lambda.UpdateFunctionUrlConfigOutput{AuthType: types.FunctionUrlAuthType(auth)}, nil
}

func deleteFunctionURL(r *request, in *lambda.DeleteFunctionUrlConfigInput) (*lambda.DeleteFunctionUrlConfigOutput, error) {
	key, _, err := r.functionURL(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	delete(r.shared.urls, key)
	return &lambda.DeleteFunctionUrlConfigOutput{}, nil
}
