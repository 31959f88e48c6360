package config

import (
	"fmt"
	"strings"
)

// Stance presets the modes of all rules.
type Stance string

// The stances, from the most careful to the boldest.
const (
	Observe Stance = "observe" // everything alerts
	Guard   Stance = "guard"   // reversible actions on severity high and above are taken, and a person keeps or undoes them
	Enforce Stance = "enforce" // reversible actions on severity high and above are taken
)

// Stances lists the stances.
func Stances() []Stance { return []Stance{Observe, Guard, Enforce} }

// ParseStance reads a stance's name.
func ParseStance(name string) (Stance, error) { return oneOf("stance", name, Stances()) }

// Mode is what a configuration asks for; package decide says what comes of it.
type Mode string

// The modes, from the weakest to the strongest.
const (
	Off     Mode = "off"
	Alert   Mode = "alert"
	Ask     Mode = "ask"
	Contain Mode = "contain"
	Act     Mode = "act"
)

// Modes lists the modes.
func Modes() []Mode { return []Mode{Off, Alert, Ask, Contain, Act} }

func oneOf[T ~string](what, name string, all []T) (T, error) {
	names := make([]string, len(all))
	for i, v := range all {
		if names[i] = string(v); names[i] == name {
			return v, nil
		}
	}
	return "", fmt.Errorf("no %s %s%s; write %s", what, shown(name), didYouMean(name, names), or(names))
}

// or joins words as in "a, b or c".
func or(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
