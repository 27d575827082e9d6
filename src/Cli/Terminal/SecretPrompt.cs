using System.Text;

namespace MedStreams.Cli.Terminal;

/// <summary>Asks at the terminal for what must not be seen.</summary>
internal static class SecretPrompt
{
    /// <summary>Writes a question to standard error and reads a line without showing it.</summary>
    /// <returns>Null when the person gave up (Ctrl-D or Escape).</returns>
    public static string? Ask(string question)
    {
        Console.Error.Write(question);
        var typed = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key)
            {
                case { Key: ConsoleKey.Enter }:
                    Console.Error.WriteLine();
                    return typed.ToString();
                case { Key: ConsoleKey.Escape } or { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control }:
                    Console.Error.WriteLine();
                    return null;
                case { Key: ConsoleKey.Backspace }:
                    typed.Length = Math.Max(0, typed.Length - 1);
                    break;
                case { KeyChar: not '\0' }:
                    typed.Append(key.KeyChar);
                    break;
            }
        }
    }
}
