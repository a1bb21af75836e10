# Examines what is staged. husky finds dekey among the packages: npm install --save-dev dekey
dekey check --staged
