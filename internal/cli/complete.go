package cli

import "github.com/spf13/cobra"

// completeFirst offers words for a command's first argument to a shell, and no files.
func completeFirst(words func() []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return words(), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeFlag offers the words that a flag takes to a shell.
func completeFlag[T ~string](cmd *cobra.Command, flag string, words ...T) {
	texts := make([]string, len(words))
	for n, w := range words {
		texts[n] = string(w)
	}
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(texts, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the command has no such flag
	}
}
