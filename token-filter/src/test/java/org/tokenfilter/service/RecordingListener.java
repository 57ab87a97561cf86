package org.tokenfilter.service;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.TokenRejectedException;

/** A listener that records its notifications, one line for each event. */
final class RecordingListener implements TokenListener {

  private final List<String> events = new CopyOnWriteArrayList<>();

  @Override
  public void tokenIssued(TokenRecord record) {
    events.add("issued " + record.id());
  }

  @Override
  public void tokenRenewed(TokenRecord record) {
    events.add("renewed " + record.id());
  }

  @Override
  public void tokenRevoked(TokenId id, RevocationReason reason) {
    events.add("ended " + id + " " + reason);
  }

  @Override
  public void refreshTokenReused(TokenRecord replaced, ClientAddress client) {
    events.add("replayed " + replaced.id() + " by " + client);
  }

  @Override
  public void subjectDisabled(String subject, String why) {
    events.add("barred " + subject);
  }

  @Override
  public void tokenRejected(TokenRejectedException refused, ClientAddress client) {
    events.add("refused " + refused.rejection());
  }

  /** Returns the events since the last call, and clears them. */
  List<String> events() {
    List<String> heard = List.copyOf(events);
    events.clear();
    return heard;
  }
}
