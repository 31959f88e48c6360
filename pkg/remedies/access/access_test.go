package access

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"riposte/pkg/remedy"
)

const home = "111122223333"

func target(account, region, partition string) remedy.Target {
	return remedy.Target{Account: account, Region: region, Partition: partition, Type: "User", ID: "bob"}
}

func TestHomeAccount(t *testing.T) {
	for name, tt := range map[string]struct {
		region  string // of the credentials
		target  remedy.Target
		refused bool
	}{
		"the own account":                   {"us-east-1", target(home, "us-east-1", "aws"), false},
		"another region":                    {"us-east-1", target(home, "eu-central-1", "aws"), false},
		"China":                             {"cn-northwest-1", target(home, "cn-north-1", "aws-cn"), false},
		"another account":                   {"us-east-1", target("444455556666", "us-east-1", "aws"), true},
		"no account":                        {"us-east-1", target("", "us-east-1", "aws"), true},
		"no region":                         {"us-east-1", target(home, "", "aws"), true},
		"another partition":                 {"us-east-1", target(home, "us-gov-west-1", "aws-us-gov"), true},
		"a region that does not fit":        {"us-east-1", target(home, "cn-north-1", "aws"), true},
		"a partition that does not fit":     {"us-east-1", target(home, "us-east-1", "aws-cn"), true},
		"no partition":                      {"us-east-1", target(home, "us-east-1", ""), true},
		"an account with the own inside it": {"us-east-1", target(home+"0", "us-east-1", "aws"), true},
	} {
		t.Run(name, func(t *testing.T) {
			base := aws.Config{Region: tt.region}
			cfg, err := HomeAccount(base, Known(home))(t.Context(), tt.target)
			var refusal *remedy.Refusal
			if errors.As(err, &refusal) != tt.refused || err != nil && !tt.refused {
				t.Fatalf("error %v, want a refusal: %v", err, tt.refused)
			}
			if err == nil && cfg.Region != tt.target.Region {
				t.Errorf("the configuration is for %s, want %s", cfg.Region, tt.target.Region)
			}
		})
	}
}

func TestHomeAccountAsksOnce(t *testing.T) {
	asked := 0
	accounts := HomeAccount(aws.Config{Region: "us-east-1"}, func(context.Context) (string, error) {
		if asked++; asked < 3 {
			return "", errors.New("not now")
		}
		return home, nil
	})
	for n := range 5 {
		_, err := accounts(t.Context(), target(home, "us-east-1", "aws"))
		if (err != nil) != (n < 2) {
			t.Errorf("call %d: error %v", n, err)
		}
		if remedy.Final(err) {
			t.Errorf("call %d: %v does not get better by trying again", n, err)
		}
	}
	if asked != 3 {
		t.Errorf("home was asked %d times, want 3: until it answered", asked)
	}
}

func TestUnknownAccount(t *testing.T) {
	answers := map[string]func(context.Context) (string, error){
		"not configured": Known(""),
		"empty":          func(context.Context) (string, error) { return "", nil },
	}
	for name, answer := range answers {
		_, err := HomeAccount(aws.Config{Region: "us-east-1"}, answer)(t.Context(), target(home, "us-east-1", "aws"))
		if err == nil {
			t.Errorf("%s: access is given to an account that nobody knows", name)
		}
	}
}
