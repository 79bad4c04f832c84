/** Conventional Commits with a short subject, so that `git log --oneline` shows it completely. */
const singleScope = ({ scope }) => [
  !scope || /^[a-z\d-]+$/.test(scope),
  'use one scope, in lower-case letters, digits and "-", or none',
];

/** Commits that are older than the rule `single-scope`. */
const WITH_SEVERAL_SCOPES = new Set([
  'refactor(sources,fleet): use the shared form of a module',
  'style(core,options,indicators): use plain words in comments and messages',
]);

export default {
  extends: ['@commitlint/config-conventional'],
  plugins: [{ rules: { 'single-scope': singleScope } }],
  ignores: [(message) => WITH_SEVERAL_SCOPES.has(message.split('\n', 1)[0])],
  rules: {
    'header-max-length': [2, 'always', 72],
    'single-scope': [2, 'always'],
    // A subject may start with the name of a class, which is written as in the code.
    'subject-case': [0],
    'body-max-line-length': [0],
    'footer-max-line-length': [0],
  },
};
