//! `GET /`: a small page for people: what this is, a form that predicts, and where to go on.

use std::fmt::Write as _;

use axum::extract::State;
use axum::response::Html;

use super::Service;
use super::openapi::EXAMPLE;
use crate::patient::{FEATURES, Kind};

/// The look of the service's pages.
pub(super) const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2.5rem auto;padding:0 1rem}\
td{padding:.2rem 1rem .2rem 0;vertical-align:top}\
form{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.8rem 1.2rem}\
label{display:block;font-size:.85rem;opacity:.8}\
input{width:100%;box-sizing:border-box;font:inherit;padding:.35rem .5rem}\
button{font:inherit;padding:.45rem 1.2rem;align-self:end}\
output{display:block;margin:1.2rem 0;min-height:3rem}\
.bar{display:grid;grid-template-columns:6rem 1fr 4rem;gap:.6rem;font-size:.85rem;align-items:center}\
.bar i{display:block;height:.6rem;border-radius:.3rem;background:#b3402e}.bar i.down{background:#2f7d4f}\
small{opacity:.75}";

const SCRIPT: &str = "\
const form=document.forms[0],out=document.querySelector('output');\
form.onsubmit=async e=>{e.preventDefault();\
const patient=Object.fromEntries([...new FormData(form)].map(([k,v])=>[k,v===''?null:Number(v)]));\
const answer=await fetch('predict',{method:'POST',headers:{'content-type':'application/json'},body:JSON.stringify(patient)}).catch(x=>x);\
const body=answer.json?await answer.json().catch(()=>({})):{error:String(answer)};\
out.replaceChildren();const line=(tag,text)=>{const x=document.createElement(tag);x.textContent=text;out.append(x);return x};\
if(!answer.ok){line('strong',body.error||'no answer');for(const f of body.fields||[])line('div',f.field+': '+f.message);return}\
line('strong',body.prediction?'Disease is more likely than not':'No disease is more likely');\
line('div','Probability of disease '+(100*body.probability).toFixed(1)+' %. What speaks for it and against it:');\
const all=Object.entries(body.contributions).sort((a,b)=>Math.abs(b[1])-Math.abs(a[1])),most=Math.abs(all[0][1])||1;\
for(const [name,value] of all){const bar=document.createElement('div');bar.className='bar';\
const label=document.createElement('span'),fill=document.createElement('i'),number=document.createElement('span');\
label.textContent=name;number.textContent=(value>0?'+':'')+value.toFixed(2);fill.style.width=100*Math.abs(value)/most+'%';\
if(value<0)fill.className='down';bar.append(label,fill,number);out.append(bar)}}";

/// What a feature may hold, in words.
pub(super) fn range(kind: Kind) -> String {
    match kind {
        Kind::Category(max) => format!("0 to {max}"),
        Kind::Number { min, max } if max == f64::MAX => format!("{min} or more"),
        Kind::Number { min, max } => format!("{min} to {max}"),
    }
}

/// The page.
pub(super) async fn page(State(service): State<Service>) -> Html<String> {
    let mut fields = String::new();
    for (feature, example) in FEATURES.iter().zip(EXAMPLE) {
        let step = if matches!(feature.kind, Kind::Category(_)) { "1" } else { "any" };
        let _infallible = write!(
            fields,
            "<div><label for={0}>{0} ({1}): {2}</label><input id={0} name={0} type=number step={step} value={example}></div>",
            feature.name,
            range(feature.kind),
            feature.about
        );
    }
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>Heart-disease prediction</title><style>{STYLE}</style>\
         <h1>Heart-disease prediction</h1>\
         <p>Model <code>{}</code>, trained on the UCI Cleveland data (Janosi, Steinbrunn, Pfisterer, Detrano; CC BY 4.0). \
         An example of instrumentation; <strong>not for medical use</strong>.\
         <p><a href=docs>API</a> · <a href=health>health</a> · <a href=ready>ready</a> · <a href=metrics>metrics</a>\
         <form>{fields}<button>Predict</button></form><output aria-live=polite></output>\
         <script>{SCRIPT}</script></html>",
        service.model.version()
    ))
}
