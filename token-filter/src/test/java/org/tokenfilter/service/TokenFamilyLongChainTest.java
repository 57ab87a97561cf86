package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.policy.TokenPolicy.ReusePolicy;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;

/** Revocation of a token that was refreshed very often, whose family has one live member. */
class TokenFamilyLongChainTest {

  /** More refreshes than a family is followed link by link. */
  private static final int MANY = 1_500;

  private final ServiceFixture fixture = new ServiceFixture();
  private final FaultyTokenStore store = new FaultyTokenStore(fixture.memory);
  private final TokenService service =
      fixture.newService(
          store,
          ServiceFixture.refreshing(Duration.ZERO, ReusePolicy.END_FAMILY),
          fixture.listener);
  private IssuedToken first;
  private TokenRecord last;

  @BeforeEach
  void issue() throws Exception {
    first = fixture.issueApiClient();
    last = first.record();
  }

  private void refresh(TokenStore below, int times) {
    for (int i = 0; i < times; i++) {
      TokenRecord successor =
          TokenRecord.builder(fixture.newId(), last.kind(), last.subject(), fixture.clock.instant())
              .group(last.group())
              .roles(last.roles())
              .client(last.client())
              .expiresAt(last.expiresAt())
              .build();
      assertThat(below.replace(last.id(), 0, successor, Limit.NONE, fixture.clock.instant()))
          .isTrue();
      last = successor;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 10, MANY})
  void revokesTheLiveMemberWithAFewCalls(int times) {
    refresh(fixture.memory, times);
    int before = calls();

    assertThat(service.revoke(first.record().id())).isTrue();

    assertThat(fixture.liveTokens()).isEmpty();
    assertThat(calls() - before).isLessThan(30);
    assertThat(service.revoke(first.record().id())).isFalse();
  }

  @Test
  void firstTokenRevokesAndLogsOutTheLast() throws Exception {
    refresh(fixture.memory, MANY);
    service.revoke(first.value());
    assertThat(fixture.liveTokens()).isEmpty();

    IssuedToken other = fixture.issueApiClient();
    last = other.record();
    refresh(fixture.memory, MANY);
    service.logout(ServiceFixture.presented(other));
    assertThat(fixture.liveTokens()).isEmpty();
  }

  @Test
  void reuseOfTheFirstTokenRevokesTheFamily() {
    refresh(fixture.memory, MANY);

    assertRejected(Rejection.REPLACED, () -> service.refresh(ServiceFixture.presented(first)));

    assertThat(fixture.liveTokens()).isEmpty();
  }

  @Test
  void otherTokensOfTheSubjectStayLive() throws Exception {
    refresh(fixture.memory, MANY);
    IssuedToken session = fixture.issueSession();
    IssuedToken neighbour =
        fixture.service.issueApiClientToken(ServiceFixture.ALICE, "live", "another shop");

    assertThat(service.revoke(first.record().id())).isTrue();

    assertThat(fixture.liveTokens())
        .extracting(TokenRecord::id)
        .containsExactlyInAnyOrder(session.record().id(), neighbour.record().id());
  }

  /** A short chain whose last member is revoked tells nothing about later tokens of its client. */
  @Test
  void revokedFamilyDoesNotRevokeTheNextOne() throws Exception {
    refresh(fixture.memory, 3);
    service.revoke(first.record().id());
    IssuedToken next = fixture.issueApiClient();

    assertThat(service.revoke(first.record().id())).isFalse();
    assertThat(fixture.liveTokens()).containsExactly(next.record());
  }

  @Test
  void concurrentRefreshesDoNotSaveTheFamily() {
    refresh(fixture.memory, 20);
    AtomicInteger left = new AtomicInteger(5);
    TokenService beside = serviceWithRefreshDuringRevoke(() -> left.getAndDecrement() > 0);

    assertThat(beside.revoke(first.record().id())).isTrue();
    assertThat(fixture.liveTokens()).isEmpty();
  }

  @Test
  void refreshesDoNotOutrunTheRevocation() {
    refresh(fixture.memory, 20);
    TokenService beside = serviceWithRefreshDuringRevoke(() -> true);

    assertThat(beside.revoke(first.record().id())).isTrue();
    assertThat(fixture.liveTokens()).isEmpty();
  }

  private TokenService serviceWithRefreshDuringRevoke(BooleanSupplier refreshed) {
    TokenStore busy = mock(TokenStore.class, delegatesTo(fixture.memory));
    doAnswer(
            call -> {
              TokenId id = call.getArgument(0);
              if (id.equals(last.id()) && refreshed.getAsBoolean()) {
                refresh(fixture.memory, 1);
              }
              return fixture.memory.revoke(id, call.getArgument(1));
            })
        .when(busy)
        .revoke(any(), any());
    return fixture.newService(busy, ServiceFixture.POLICY);
  }

  private int calls() {
    return Arrays.stream(Call.values()).mapToInt(store::callCount).sum();
  }
}
