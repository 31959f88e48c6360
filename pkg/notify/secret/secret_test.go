package secret

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// A vault is Secrets Manager with one secret.
type vault struct {
	text  string
	err   error
	reads int
}

func (v *vault) GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	v.reads++
	return &secretsmanager.GetSecretValueOutput{SecretString: aws.String(v.text)}, v.err
}

func word(text string) (string, error) {
	if text == "" {
		return "", errors.New("it is empty")
	}
	return text, nil
}

func TestRotation(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	v := &vault{text: "old"}
	s := New(v, "name", "word", word, func() time.Time { return now })
	s.RenewAfter = 30 * time.Second
	get := func(want string, reads int) *string {
		t.Helper()
		got, err := s.Get(t.Context())
		if err != nil || *got != want || v.reads != reads {
			t.Fatalf("%v, %v after %d reads, want %s after %d", got, err, v.reads, want, reads)
		}
		return got
	}
	old := get("old", 1)
	v.text = "new"
	now = now.Add(FreshFor - time.Second)
	get("old", 1)
	now = now.Add(-FreshFor + 31*time.Second)
	if _, err := s.Renewed(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	fresh := get("new", 2)
	for range 3 { // strangers who are refused do not have it read again and again
		if got, err := s.Renewed(t.Context(), fresh); got != nil || err != nil || v.reads != 2 {
			t.Errorf("%v, %v after %d reads", got, err, v.reads)
		}
	}
	if got, err := s.Renewed(t.Context(), old); err != nil || got != fresh {
		t.Errorf("what somebody else has read meanwhile: %v, %v", got, err)
	}
	now, v.err = now.Add(FreshFor), errors.New("out of reach")
	get("new", 3)
	v.err, v.text = nil, ""
	get("new", 4)
}

func TestErrorsAndPrinting(t *testing.T) {
	v := &vault{err: errors.New("AccessDenied")}
	s := New(v, "a/name", "word", word, time.Now)
	if _, err := s.Get(t.Context()); err == nil || err.Error() != `read the word's secret "a/name": AccessDenied` {
		t.Errorf("error %v", err)
	}
	v.err = nil
	if _, err := s.Get(t.Context()); err == nil || err.Error() != `secret "a/name" holds no word: it is empty` {
		t.Errorf("error %v", err)
	}
	v.text = "hush"
	if _, err := s.Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(s)
	if shown := fmt.Sprintf("%v %+v %#v %s %s", s, s, s, s.LogValue(), raw); err != nil || strings.Contains(shown, "hush") {
		t.Errorf("shown as %s, %v", shown, err)
	}
}
