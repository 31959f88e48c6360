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
	Configured  bool           // there is a riposte.yaml, packed beside the detector
	Topic       string         // ARN of a topic that gets the incidents; empty for Riposte's own
	SlackSecret string         // name or ARN of the secret that holds the webhook's URL; empty for no Slack
	BreakGlass  []string       // ARNs of users and roles, with wildcards, that are never acted against
}

const configName = "riposte.yaml"

// readOperator reads riposte.yaml from the folder root. What the detector would refuse, the deployment refuses.
func readOperator(root, assets, home string) (Operator, error) {
	path := filepath.Join(root, configName)
	packed := filepath.Join(root, assets, string(detect))
	if err := checkPacked(path, filepath.Join(packed, configName)); err != nil {
		return Operator{}, err
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
	for _, place := range []struct{ key, arn string }{{"notify.sns.topic", o.Topic}, {"notify.slack.webhook_secret", o.SlackSecret}} {
		if a, ok := config.ParseARN(place.arn); ok && a.Region != home {
			return o, fmt.Errorf("%s: %s is in %s and Riposte's home is %s: it would not reach it", cfg.File, place.key, a.Region, home)
		}
	}
	for _, p := range cfg.BreakGlass {
		if kind, _, _ := p.Target(); kind == "user" || kind == "role" {
			o.BreakGlass = append(o.BreakGlass, string(p.Pattern))
		}
	}
	return o, nil
}

// checkPacked makes sure that the function gets the policy that this deployment was planned with.
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
