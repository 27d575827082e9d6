using Microsoft.Win32.SafeHandles;

namespace MedStreams.Cli.Terminal;

/// <summary>The process's standard output as a stream that notices when its reader is gone.</summary>
internal static class StandardOutput
{
    private const int Descriptor = 1;
    private const int BrokenPipe = 32;

    /// <summary>
    /// The console's own stream swallows a broken pipe, so that <c>consume --follow | head</c> would never end; a file stream
    /// throws. For a file the console's stream is right: it writes where the descriptor stands.
    /// </summary>
    public static Stream Open()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
            return Console.OpenStandardOutput();
        var stream = new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? Console.OpenStandardOutput() : stream;
    }

    /// <summary>Whether the reader of a pipe went away.</summary>
    public static bool IsBrokenPipe(IOException exception) => exception.HResult == BrokenPipe;
}
