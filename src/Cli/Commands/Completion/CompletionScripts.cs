namespace MedStreams.Cli.Commands.Completion;

/// <summary>The scripts; each asks the program itself, by its <c>[suggest:POSITION]</c> directive.</summary>
internal static class CompletionScripts
{
    private const string Bash = """
        # medstreams: completion for bash. Use: source <(medstreams completion bash)
        _medstreams() {
          local line=${COMP_LINE/#${COMP_WORDS[0]}/medstreams}
          local shift=$((${#line} - ${#COMP_LINE}))
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$((COMP_POINT + shift))]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _medstreams medstreams ./medstreams

        """;

    private const string Zsh = """
        #compdef medstreams
        # medstreams: completion for zsh. Use: source <(medstreams completion zsh)
        _medstreams() {
          local line="medstreams ${(j: :)words[2,CURRENT]}"
          local -a found
          found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
          compadd -a found || _files
        }
        compdef _medstreams medstreams ./medstreams

        """;

    private const string PowerShell = """
        # medstreams: completion for PowerShell. Use: medstreams completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName medstreams -ScriptBlock {
          param($word, $command, $position)
          $program = $command.CommandElements[0].Value
          $line = 'medstreams' + $command.ToString().Substring($command.CommandElements[0].Extent.Text.Length)
          $at = $position - $command.CommandElements[0].Extent.Text.Length + 'medstreams'.Length
          & $program "[suggest:$at]" $line 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
          }
        }

        """;

    /// <summary>The script for a shell, or null.</summary>
    public static string? For(string? shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "pwsh" => PowerShell,
        _ => null,
    };
}
