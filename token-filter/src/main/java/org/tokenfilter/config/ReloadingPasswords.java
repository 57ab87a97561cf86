package org.tokenfilter.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.tokenfilter.credentials.AccountStatusProvider;
import org.tokenfilter.credentials.ApiKeyCredential;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.PasswordFile;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.token.Subject;

/** An authenticator by the current content of a password file. Thread-safe. */
record ReloadingPasswords(ReloadingFile<PasswordFile> file)
    implements Authenticator, AccountStatusProvider {

  /** More than one account in this many must be gone to look like a mistake. */
  private static final int SUSPICIOUS_SHARE = 4;

  /**
   * Reads the file for the first time.
   *
   * @throws IllegalArgumentException if the content is invalid, as {@link PasswordFile#read} does
   * @throws IOException if the file cannot be read
   */
  static ReloadingPasswords of(Path file) throws IOException {
    return new ReloadingPasswords(
        new ReloadingFile<>(file, PasswordFile::read, ReloadingPasswords::objection));
  }

  /**
   * Objects to the loss of many accounts, since {@code token.subject.recheck} revokes all tokens of
   * a user whose account is gone.
   */
  private static Optional<String> objection(PasswordFile before, PasswordFile after) {
    Set<String> gone = new HashSet<>(before.users());
    gone.removeAll(after.users());
    if (gone.size() <= 1 || gone.size() * SUSPICIOUS_SHARE <= before.users().size()) {
      return Optional.empty();
    }
    return Optional.of(
        "%d of %d accounts are gone at once, which looks like a truncated file. Restore them, or"
                .formatted(gone.size(), before.users().size())
            + " wait for a minute if the change is intended");
  }

  @Override
  public Optional<Subject> authenticate(UsernamePasswordCredential credential) {
    return file.get().authenticate(credential);
  }

  @Override
  public Optional<Subject> authenticateKey(ApiKeyCredential key) {
    return file.get().authenticateKey(key);
  }

  @Override
  public Object accountsVersion() {
    return file.get();
  }

  @Override
  public Optional<Subject> current(Subject subject) {
    return file.get().current(subject);
  }
}
