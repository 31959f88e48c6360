package remedy

// How many characters of a text from an account people are shown.
const (
	maxSentence = 1024
	maxState    = 256
)
