package kilonet.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TeamTest {

  @BeforeAll
  static void loadNativeCode() {
    Nd4j.getExecutioner();
  }

  @Test
  void theLastToComeActsBeforeAllGoOn() {
    AtomicInteger before = new AtomicInteger();
    AtomicInteger atMeeting = new AtomicInteger();
    try (Team team = new Team(3)) {
      team.run(
          member -> {
            before.incrementAndGet();
            team.meet(() -> atMeeting.set(before.get()));
          });
    }
    assertThat(atMeeting).hasValue(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void nobodyWaitsForAMemberThatFailedAndTheTeamGoesOnWorking(int failing) {
    AtomicInteger meetings = new AtomicInteger();
    try (Team team = new Team(3)) {
      assertThatThrownBy(
              () ->
                  team.run(
                      member -> {
                        if (member == failing) {
                          throw new IllegalArgumentException("no more");
                        }
                        team.meet(() -> {});
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("The fused plan failed: no more");
      team.run(member -> team.meet(meetings::incrementAndGet));
    }
    assertThat(meetings).hasValue(1);
  }

  @Test
  void anErrorIsThrownAsItIs() {
    try (Team team = new Team(2)) {
      assertThatThrownBy(
              () ->
                  team.run(
                      member -> {
                        throw new StackOverflowError();
                      }))
          .isInstanceOf(StackOverflowError.class);
    }
  }
}
