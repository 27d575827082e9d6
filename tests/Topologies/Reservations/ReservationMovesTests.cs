using MedStreams.Topologies.Reservations;
using static MedStreams.Topologies.Reservations.ReservationStatus;
using Trigger = MedStreams.Topologies.Reservations.ReservationTrigger;

namespace MedStreams.Topologies.Tests.Reservations;

public sealed class ReservationMovesTests
{
    [Fact]
    public void S4_5_the_table_has_a_row_for_every_state_and_trigger_and_no_way_out_of_Cancelled_or_back_to_None()
    {
        foreach (var by in Enum.GetValues<Trigger>())
        {
            foreach (var from in Enum.GetValues<ReservationStatus>())
            {
                var refusal = ReservationMoves.Refusal(from, by);
                foreach (var to in Enum.GetValues<ReservationStatus>())
                {
                    var legal = ReservationMoves.IsLegal(from, by, to);
                    Assert.False(legal && from == Cancelled && to != Cancelled, $"{by} leads from Cancelled to {to}");
                    Assert.False(legal && from != None && to == None, $"{by} leads from {from} to None");
                    Assert.False(legal && refusal != RejectionReason.None && from != to, $"{by} is refused in {from} and leads to {to}");
                }
            }
        }
    }

    [Theory]
    [InlineData(None, Trigger.Associate, RejectionReason.NotReserved)]
    [InlineData(Cancelled, Trigger.Schedule, RejectionReason.Cancelled)]
    [InlineData(Cancelled, Trigger.NoShow, RejectionReason.Cancelled)]
    [InlineData(Associated, Trigger.NoShow, RejectionReason.Associated)]
    [InlineData(Reserved, Trigger.Associate, RejectionReason.None)]
    public void S4_5_impossible_moves_are_refused_with_a_reason(ReservationStatus from, Trigger by, RejectionReason reason) =>
        Assert.Equal(reason, ReservationMoves.Refusal(from, by));

    [Theory]
    [InlineData(None, Trigger.Schedule, Reserved)]
    [InlineData(Reserved, Trigger.Associate, Associated)]
    [InlineData(Reserved, Trigger.Cancel, Cancelled)]
    [InlineData(Reserved, Trigger.Time, Expired)]
    [InlineData(Associated, Trigger.Cancel, Cancelled)]
    [InlineData(Associated, Trigger.Dissociate, Reserved)]
    [InlineData(Expired, Trigger.Associate, Associated)]
    [InlineData(Expired, Trigger.Schedule, Reserved)]
    public void S4_5_these_moves_are_legal(ReservationStatus from, Trigger by, ReservationStatus to) =>
        Assert.True(ReservationMoves.IsLegal(from, by, to));
}
