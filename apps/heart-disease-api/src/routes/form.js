// The form of the start page: posts the patient, shows the prediction or marks what was refused.
const form = document.forms[0];
const output = document.querySelector('output');

function add(parent, tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  parent.append(element);
  return element;
}

form.onsubmit = async (event) => {
  event.preventDefault();
  for (const field of form.elements) field.removeAttribute('aria-invalid');
  for (const message of form.querySelectorAll('small')) message.remove();
  const patient = {};
  for (const [name, value] of new FormData(form)) if (value !== '') patient[name] = Number(value);
  let status = 0;
  let body = { error: 'The service does not answer.' };
  try {
    const answer = await fetch('predict', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(patient),
    });
    status = answer.status;
    body = await answer.json();
  } catch {
    // What is said above.
  }
  output.replaceChildren();
  if (status === 200) showPrediction(body);
  else showProblem(body);
};

function showProblem({ error, fields = [] }) {
  add(output, 'strong', error, 'for');
  for (const { field, message } of fields) {
    form.elements[field].setAttribute('aria-invalid', 'true');
    add(form.elements[field].parentElement, 'small', message, 'for');
  }
  form.elements[fields[0]?.field]?.focus();
}

function showPrediction({ prediction, probability, contributions }) {
  add(output, 'strong', prediction ? 'Disease' : 'No disease', prediction ? 'for' : 'against');
  add(output, 'div', `Probability of disease ${(100 * probability).toFixed(1)} %. What speaks against it (left) and for it (right), as log-odds:`);
  const sorted = Object.entries(contributions).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  const most = Math.abs(sorted[0][1]) || 1;
  for (const [name, value] of sorted) {
    const bar = add(output, 'div', undefined, 'bar');
    add(bar, 'span', name);
    add(bar, 'i', undefined, value < 0 ? 'against' : 'for').style.width = `${(100 * Math.abs(value)) / most}%`;
    add(bar, 'b', (value < 0 ? '−' : '+') + Math.abs(value).toFixed(2));
  }
}
