package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.tokenfilter.service.Refusals.assertRefused;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.service.TokenPolicy.ReusePolicy;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;

/** Revocation of a token that was refreshed very often, whose family has one live member. */
class LongFamilyTest {

  /** More refreshes than a family is followed link by link. */
  private static final int MANY = 1_500;

  private final Scene scene = new Scene();
  private final FaultyTokenStore store = new FaultyTokenStore(scene.memory);
  private final TokenService service =
      scene.over(store, Scene.refreshing(Duration.ZERO, ReusePolicy.END_FAMILY), scene.heard);
  private IssuedToken first;
  private TokenRecord last;

  @BeforeEach
  void issue() throws Exception {
    first = scene.apiClient();
    last = first.record();
  }

  private void refresh(TokenStore below, int times) {
    for (int i = 0; i < times; i++) {
      TokenRecord successor =
          TokenRecord.builder(scene.newId(), last.kind(), last.subject(), scene.clock.instant())
              .group(last.group())
              .roles(last.roles())
              .client(last.client())
              .expiresAt(last.expiresAt())
              .build();
      assertThat(below.replace(last.id(), successor, scene.clock.instant())).isTrue();
      last = successor;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 10, MANY})
  void itsLiveMemberIsEndedWithAFewCalls(int times) {
    refresh(scene.memory, times);
    int before = calls();

    assertThat(service.revoke(first.record().id())).isTrue();

    assertThat(scene.live()).isEmpty();
    assertThat(calls() - before).isLessThan(30);
    assertThat(service.revoke(first.record().id())).isFalse();
  }

  @Test
  void whoeverHoldsItsFirstTokenRevokesAndLogsOutTheLast() throws Exception {
    refresh(scene.memory, MANY);
    service.revoke(first.value());
    assertThat(scene.live()).isEmpty();

    IssuedToken other = scene.apiClient();
    last = other.record();
    refresh(scene.memory, MANY);
    service.logout(Scene.presented(other));
    assertThat(scene.live()).isEmpty();
  }

  @Test
  void aReplayOfItsFirstTokenEndsIt() {
    refresh(scene.memory, MANY);

    assertRefused(Rejection.REPLACED, () -> service.refresh(Scene.presented(first)));

    assertThat(scene.live()).isEmpty();
  }

  @Test
  void otherTokensOfItsSubjectAreLeftAlone() throws Exception {
    refresh(scene.memory, MANY);
    IssuedToken session = scene.session();
    IssuedToken neighbour = scene.service.issueApiClientToken(Scene.ALICE, "live", "another shop");

    assertThat(service.revoke(first.record().id())).isTrue();

    assertThat(scene.live())
        .extracting(TokenRecord::id)
        .containsExactlyInAnyOrder(session.record().id(), neighbour.record().id());
  }

  /** A short chain whose last member is revoked tells nothing about later tokens of its client. */
  @Test
  void aFamilyThatHasEndedDoesNotTakeTheNextOneAlong() throws Exception {
    refresh(scene.memory, 3);
    service.revoke(first.record().id());
    IssuedToken next = scene.apiClient();

    assertThat(service.revoke(first.record().id())).isFalse();
    assertThat(scene.live()).containsExactly(next.record());
  }

  @Test
  void aRefreshBesideEachCallDoesNotSaveIt() {
    refresh(scene.memory, 20);
    AtomicInteger left = new AtomicInteger(5);
    TokenService beside = besideEachEnd(() -> left.getAndDecrement() > 0);

    assertThat(beside.revoke(first.record().id())).isTrue();
    assertThat(scene.live()).isEmpty();
  }

  @Test
  void successIsNotSaidForWhatIsRefreshedFasterThanItIsEnded() {
    refresh(scene.memory, 20);
    TokenService beside = besideEachEnd(() -> true);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> beside.revoke(first.record().id()));
    assertThat(scene.live()).hasSize(1);
  }

  private TokenService besideEachEnd(BooleanSupplier refreshed) {
    TokenStore busy = mock(TokenStore.class, delegatesTo(scene.memory));
    doAnswer(
            call -> {
              TokenId id = call.getArgument(0);
              if (id.equals(last.id()) && refreshed.getAsBoolean()) {
                refresh(scene.memory, 1);
              }
              return scene.memory.revoke(id, call.getArgument(1));
            })
        .when(busy)
        .revoke(any(), any());
    return scene.over(busy, Scene.POLICY);
  }

  private int calls() {
    return Arrays.stream(Call.values()).mapToInt(store::callCount).sum();
  }
}
