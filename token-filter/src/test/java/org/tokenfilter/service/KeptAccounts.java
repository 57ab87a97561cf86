package org.tokenfilter.service;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Subject;

/** Accounts that a test changes while somebody is logged in. */
final class KeptAccounts implements AccountRecheck.AccountStatusProvider {

  /** What happens before an answer. */
  @FunctionalInterface
  interface Step {
    void take(Subject subject) throws IOException;
  }

  private static final Step NONE = subject -> {};

  private final Map<String, Subject> accounts = new ConcurrentHashMap<>();
  private final List<Subject> asked = new CopyOnWriteArrayList<>();
  private volatile Step step = NONE;

  KeptAccounts() {
    has("alice", Scene.ALICE);
  }

  /** Whoever is asked for by this name is that one. */
  void has(String name, Subject current) {
    accounts.put(name, current);
  }

  /** His account is disabled, or deleted. */
  void lacks(String name) {
    accounts.remove(name);
  }

  /** Takes a step before each answer; what it throws is the answer. */
  void before(Step before) {
    step = before;
  }

  /** Nobody answers; who asks is told so. */
  void cut() {
    step =
        subject -> {
          throw new IOException("the directory is down");
        };
  }

  void mend() {
    step = NONE;
  }

  /** How often somebody was asked for. */
  int questions() {
    return asked.size();
  }

  /** Who was asked for last. */
  Subject lastAsked() {
    return asked.get(asked.size() - 1);
  }

  @Override
  public Optional<Subject> current(Subject subject) throws IOException {
    asked.add(subject);
    @Nullable Subject current = accounts.get(subject.name());
    step.take(subject);
    return Optional.ofNullable(current);
  }
}
