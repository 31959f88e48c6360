package logging

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/configservice/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// StartConfigRecorder starts a configuration recorder that was stopped.
func StartConfigRecorder(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*configservice.Client, bool]{
		Action: actions.StartConfigRecorder(),
		Lens: remedy.Lens[*configservice.Client, bool]{
			Client: client(accounts, configservice.NewFromConfig),
			Read:   readRecording,
			Write:  writeRecording,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			return find(f, detect.ConfigurationRecorder, []string{"StopConfigurationRecorder"})
		},
		Want: func(context.Context, *configservice.Client, detect.Finding, remedy.Target, bool) (bool, error) {
			return true, nil
		},
		Summary: func(t remedy.Target, _, _ bool) string {
			return fmt.Sprintf("configuration recorder %s: stopped → started", t.ID)
		},
		Nothing: func(t remedy.Target, _ bool) string {
			return fmt.Sprintf("configuration recorder %s is recording", t.ID)
		},
	})
}

func readRecording(ctx context.Context, api *configservice.Client, t remedy.Target) (bool, error) {
	out, err := api.DescribeConfigurationRecorderStatus(ctx, &configservice.DescribeConfigurationRecorderStatusInput{
		ConfigurationRecorderNames: []string{t.ID},
	})
	if err != nil {
		return false, finalOfRecorder(err)
	}
	for _, status := range out.ConfigurationRecordersStatus {
		if aws.ToString(status.Name) != t.ID {
			continue
		}
		if status.ServicePrincipal != nil {
			return false, remedy.Refuse("configuration recorder %s belongs to %s and cannot be started by anybody else", t.ID, *status.ServicePrincipal)
		}
		return status.Recording, nil
	}
	return false, remedy.ErrGone
}

func writeRecording(ctx context.Context, api *configservice.Client, t remedy.Target, _, to bool) (err error) {
	if to {
		_, err = api.StartConfigurationRecorder(ctx, &configservice.StartConfigurationRecorderInput{ConfigurationRecorderName: aws.String(t.ID)})
	} else {
		_, err = api.StopConfigurationRecorder(ctx, &configservice.StopConfigurationRecorderInput{ConfigurationRecorderName: aws.String(t.ID)})
	}
	return finalOfRecorder(err)
}

// finalOfRecorder tells a recorder that is gone, and errors that stay however often the call is repeated.
func finalOfRecorder(err error) error {
	if _, ok := errors.AsType[*types.NoSuchConfigurationRecorderException](err); ok {
		return remedy.ErrGone
	}
	if _, ok := errors.AsType[*types.NoAvailableDeliveryChannelException](err); ok {
		return &remedy.Refusal{Reason: "there is no delivery channel to record to: it was deleted too and has to be made anew first", Err: err}
	}
	if _, ok := errors.AsType[*types.UnmodifiableEntityException](err); ok {
		return &remedy.Refusal{Reason: "the recorder belongs to an AWS service and cannot be changed", Err: err}
	}
	return err
}
