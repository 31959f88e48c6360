package webpage

// Texts numbers texts, so that one that stands in many rows is written once. The number 0 is the empty text.
type Texts struct {
	numbers map[string]int
	all     []string
	size    int
}

// NewTexts returns a list that holds the empty text.
func NewTexts() *Texts { return &Texts{numbers: map[string]int{"": 0}, all: []string{""}} }

// Number returns the number of a text.
func (t *Texts) Number(text string) int {
	n, ok := t.numbers[text]
	if !ok {
		n = len(t.all)
		t.numbers[text], t.all, t.size = n, append(t.all, text), t.size+len(text)
	}
	return n
}

// All returns the texts in the order of their numbers.
func (t *Texts) All() []string { return t.all }

// Size returns how many bytes the texts have together.
func (t *Texts) Size() int { return t.size }
