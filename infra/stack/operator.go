package stack

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"riposte/pkg/catalog"
	"riposte/pkg/config"
	"riposte/pkg/sigma"
)

// Operator is what riposte.yaml says about the deployment.
type Operator struct {
	Policy      *config.Config // nil where there is no riposte.yaml
	Configured  bool           // there is a riposte.yaml, packed beside every function that reads it
	Topic       string         // ARN of a topic that gets the incidents; empty for Riposte's own
	SlackSecret string         // name or ARN of the secret that holds the webhook's URL; empty for no Slack
	BreakGlass  []string       // ARNs of users and roles, with wildcards, that are never acted against
}

const configName = "riposte.yaml"

// readOperator reads riposte.yaml from the folder root. What the detector would refuse, the deployment refuses.
func readOperator(root, assets, home string) (Operator, error) {
	path := filepath.Join(root, configName)
	packed := filepath.Join(root, assets, string(detect))
	for _, f := range []function{detect, remediate, notify, approve} {
		if err := checkPacked(path, filepath.Join(root, assets, string(f), configName)); err != nil {
			return Operator{}, err
		}
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return Operator{}, nil
	}
	cfg, err := config.Load(path)
	if err == nil {
		err = catalog.CheckConfig(cfg)
	}
	if err == nil && cfg.Sigma.Folder != "" {
		err = checkFolder(filepath.Join(root, cfg.Sigma.Folder), filepath.Join(packed, cfg.Sigma.Folder))
	}
	if err != nil {
		return Operator{}, err
	}
	return operatorOf(cfg, home)
}

// policy returns what riposte.yaml says, or the defaults.
func (o Operator) policy() *config.Config {
	if o.Policy == nil {
		return config.Default()
	}
	return o.Policy
}

// checkFolder makes sure that the function gets the operator's own rules as they are now.
func checkFolder(folder, packed string) error {
	want, err := sigma.Files(folder)
	if err != nil {
		return err
	}
	got, err := sigma.Files(packed)
	if err != nil || !slices.Equal(want, got) {
		return fmt.Errorf("%s does not hold the rules of %s: run \"make build\" and try again", packed, folder)
	}
	for _, name := range want {
		if err := checkPacked(filepath.Join(folder, name), filepath.Join(packed, name)); err != nil {
			return err
		}
	}
	return nil
}

func operatorOf(cfg *config.Config, home string) (Operator, error) {
	o := Operator{Configured: true, Policy: cfg, Topic: cfg.Notify.SNS.Topic, SlackSecret: cfg.Notify.Slack.WebhookSecret}
	if err := nearby(cfg, home); err != nil {
		return o, err
	}
	for _, p := range cfg.BreakGlass {
		if kind, _, _ := p.Target(); kind == "user" || kind == "role" {
			o.BreakGlass = append(o.BreakGlass, string(p.Pattern))
		}
	}
	return o, nil
}

// nearby refuses topics and secrets of another region than Riposte's home.
func nearby(cfg *config.Config, home string) error {
	for _, name := range cfg.Notify.Names() {
		r, _ := cfg.Notify.Named(name)
		key := "notify."
		if name != config.DefaultReceiver {
			key += "receivers." + name + "."
		}
		for _, place := range [][2]string{
			{"sns.topic", r.SNS.Topic},
			{"slack.webhook_secret", r.Slack.WebhookSecret},
			{"slack.app_secret", r.Slack.AppSecret},
			{"pagerduty.key_secret", r.PagerDuty.KeySecret},
		} {
			if a, ok := config.ParseARN(place[1]); ok && a.Region != home {
				return fmt.Errorf("%s: %s is in %s and Riposte's home is %s: it would not reach it", cfg.File, key+place[0], a.Region, home)
			}
		}
	}
	return nil
}

// checkPacked makes sure that a function gets the policy that this deployment was planned with.
func checkPacked(path, packed string) error {
	want, err := readIfThere(path)
	if err != nil {
		return err
	}
	got, err := readIfThere(packed)
	if err != nil {
		return err
	}
	if (want == nil) != (got == nil) || !bytes.Equal(want, got) {
		return fmt.Errorf("%s is not what %s says: run \"make build\" and try again", packed, path)
	}
	return nil
}

// readIfThere returns nil for a file that does not exist.
func readIfThere(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("configuration: %w", err)
	case data == nil:
		return []byte{}, nil
	}
	return data, nil
}
