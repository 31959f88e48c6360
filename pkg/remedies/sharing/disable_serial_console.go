package sharing

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"riposte/pkg/actions"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// DisableSerialConsole switches the access to the serial console of a region's instances off.
func DisableSerialConsole(accounts access.Accounts) remedy.Remedy {
	return turnBack(accounts, setting{
		action: actions.DisableSerialConsole(), event: "EnableSerialConsoleAccess",
		noun: "serial console of instances", right: false, words: map[bool]string{false: "off", true: "on"},
		read: func(ctx context.Context, api *ec2.Client) (bool, error) {
			out, err := api.GetSerialConsoleAccessStatus(ctx, &ec2.GetSerialConsoleAccessStatusInput{})
			if err != nil {
				return false, err
			}
			return aws.ToBool(out.SerialConsoleAccessEnabled), nil
		},
		write: func(ctx context.Context, api *ec2.Client, to bool) (err error) {
			if to {
				_, err = api.EnableSerialConsoleAccess(ctx, &ec2.EnableSerialConsoleAccessInput{})
			} else {
				_, err = api.DisableSerialConsoleAccess(ctx, &ec2.DisableSerialConsoleAccessInput{})
			}
			return err
		},
	})
}
