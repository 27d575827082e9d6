using FsCheck;
using FsCheck.Fluent;

namespace MedStreams.Broker.Tests.Coordination;

/// <summary>Random interleavings as numbers, each of which a world takes for a step; a failing one shrinks to few steps.</summary>
internal static class Scripts
{
    public static void Check(int runs, int longest, Action<int[]> run) => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(runs).WithEndSize(longest),
        Prop.ForAll(Arb.From(Gen.Choose(0, 1_000_000).ArrayOf(), Shrink), run));

    private static IEnumerable<int[]> Shrink(int[] script)
    {
        for (var size = script.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= script.Length; at += size)
            {
                yield return [.. script[..at], .. script[(at + size)..]];
            }
        }
    }
}
