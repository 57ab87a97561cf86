package org.tokenfilter.credentials;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tokenfilter.token.Subject;

/**
 * Accounts in a text file, one a line: user name, hash and roles. User names are compared exactly.
 *
 * <pre>
 *   # comments and empty lines are skipped
 *   alice:$pbkdf2-sha512$210000$SALT$HASH:user,admin
 * </pre>
 *
 * <p>Read once, when made. Thread-safe.
 */
public final class PasswordFile implements Authenticator {

  private record Account(PasswordHash hash, Subject subject) {}

  private final Map<String, Account> accounts;
  private final int mostIterations;
  private final PasswordHash nobody;

  private PasswordFile(Map<String, Account> accounts) {
    this.accounts = Map.copyOf(accounts);
    this.mostIterations =
        accounts.values().stream()
            .mapToInt(account -> account.hash().iterations())
            .max()
            .orElse(PasswordHash.ITERATIONS);
    this.nobody = PasswordHash.unmatchable(mostIterations);
  }

  /**
   * Reads a file, in UTF-8.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if a line is not an account, and the message names the line;
   *     or if there is none: a file is empty while it is written anew
   */
  public static PasswordFile read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    Map<String, Account> accounts = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = withoutByteOrderMark(lines.get(i)).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        try {
          Account account = parse(line);
          if (accounts.put(account.subject().name(), account) != null) {
            throw new IllegalArgumentException("the user stands in an earlier line too");
          }
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(file + ", line " + (i + 1) + ": " + e.getMessage(), e);
        }
      }
    }
    if (accounts.isEmpty()) {
      throw new IllegalArgumentException(
          file + " has no account; it needs one line USER:HASH:ROLE,ROLE at least");
    }
    return new PasswordFile(accounts);
  }

  /**
   * Writes the line of an account to standard output; the password is the first line of standard
   * input.
   *
   * <pre>
   *   java -cp 'WEB-INF/lib/*' org.tokenfilter.credentials.PasswordFile alice user,admin
   * </pre>
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      throw new IllegalArgumentException("two arguments: USER ROLE,ROLE; the password by stdin");
    }
    String password =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    if (password == null || password.isEmpty()) {
      throw new IllegalArgumentException("the password is read from standard input");
    }
    PasswordHash hash =
        PasswordHash.of(password.toCharArray(), PasswordHash.ITERATIONS, new SecureRandom());
    String line = args[0] + ":" + hash + ":" + args[1];
    parse(line);
    System.out.println(line);
  }

  private static String withoutByteOrderMark(String line) {
    return line.startsWith("\uFEFF") ? line.substring(1) : line;
  }

  private static Account parse(String line) {
    String[] fields = line.split(":", -1);
    if (fields.length != 3 || fields[0].isEmpty()) {
      throw new IllegalArgumentException("an account is written USER:HASH:ROLE,ROLE");
    }
    return new Account(
        PasswordHash.parse(fields[1]), new Subject(fields[0], roles(fields[2]), Map.of()));
  }

  private static Set<String> roles(String text) {
    Set<String> roles = new HashSet<>();
    for (String field : text.isBlank() ? new String[0] : text.split(",", -1)) {
      String role = field.strip();
      if (role.isEmpty() || !roles.add(role)) {
        throw new IllegalArgumentException("a role is empty, or stands there twice");
      }
    }
    return roles;
  }

  /** The names of all users that it has accounts of. */
  public Set<String> users() {
    return accounts.keySet();
  }

  /** This: the accounts of a file that is read once stay as they are. */
  @Override
  public Object accountsVersion() {
    return this;
  }

  @Override
  public boolean canTellCurrent() {
    return true;
  }

  /** Whoever stands in the file may go on, with the roles that it gives him. */
  @Override
  public Optional<Subject> current(Subject subject) {
    return Optional.ofNullable(accounts.get(subject.name())).map(Account::subject);
  }

  @Override
  public Optional<Subject> authenticate(Login login) {
    Account account = accounts.get(login.username());
    PasswordHash hash = account == null ? nobody : account.hash();
    boolean matches = hash.matches(login.password());
    if (hash.iterations() < mostIterations) {
      // The time of an older, cheaper hash must not tell that its user exists.
      PasswordHash.unmatchable(mostIterations - hash.iterations()).matches(login.password());
    }
    return matches && account != null ? Optional.of(account.subject()) : Optional.empty();
  }
}
