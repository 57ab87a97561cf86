package org.tokenfilter;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.tokenfilter.credentials.AccountStatusProvider;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.token.Subject;

/** An authenticator whose accounts change while the application runs; every password is right. */
public final class UserDirectory implements Authenticator, AccountStatusProvider {

  private final Map<String, Subject> accounts = new ConcurrentHashMap<>();
  private final AtomicInteger currentCalls = new AtomicInteger();
  private volatile boolean down;

  public UserDirectory addUser(String name, String... roles) {
    accounts.put(name, Subject.of(name, roles));
    return this;
  }

  public void removeUser(String name) {
    accounts.remove(name);
  }

  public void setDown(boolean value) {
    down = value;
  }

  /** Returns the number of calls of {@link #current}. */
  public int currentCalls() {
    return currentCalls.get();
  }

  @Override
  public Optional<Subject> authenticate(UsernamePasswordCredential credential) {
    return Optional.ofNullable(accounts.get(credential.username()));
  }

  @Override
  public Optional<Subject> current(Subject subject) throws IOException {
    currentCalls.incrementAndGet();
    if (down) {
      throw new IOException("the directory is down");
    }
    return Optional.ofNullable(accounts.get(subject.name()));
  }
}
