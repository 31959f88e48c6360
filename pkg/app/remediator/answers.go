package remediator

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"riposte/pkg/config"
	"riposte/pkg/engine"
	"riposte/pkg/slackapp"
)

// answersOf returns what carries out the answers from Slack. Without a configuration that can be read, all are refused:
// it is not known then who may answer.
func answersOf(getenv func(string) string, r *engine.Remediator, log *slog.Logger) (*engine.Answers, error) {
	slack, err := slackapp.EndpointOf(getenv("RIPOSTE_SLACK_URL"))
	if err != nil {
		return nil, fmt.Errorf("RIPOSTE_SLACK_URL: %w", err)
	}
	a := &engine.Answers{
		Remediator: r, Log: log, Replier: slackapp.Replier{HTTP: &http.Client{Timeout: 5 * time.Second}, Slack: slack},
	}
	path := getenv("RIPOSTE_CONFIG")
	if path == "" {
		a.ConfigError = errors.New("no configuration")
		return a, nil
	}
	cfg, err := config.Load(path)
	if err != nil {
		a.ConfigError = err
		log.Error("configuration unreadable: every answer from Slack is refused", "err", err,
			"do", "correct it until riposte config validate takes it, and deploy again")
		return a, nil
	}
	a.Who = cfg.Answers
	return a, nil
}
